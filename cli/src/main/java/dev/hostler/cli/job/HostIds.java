package dev.hostler.cli.job;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.proto.v1.GetHostRequest;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListHostsResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts an operator means: either those of a selector now, or those that are named.
 *
 * @param selector CEL expression; null: hosts are named
 * @param hosts ids or names
 */
record HostIds(@Nullable String selector, List<String> hosts) {
  private static final int PAGE = 1000;

  /**
   * Checks what was given.
   *
   * @throws CliFailure if it is neither or both
   */
  HostIds {
    if (selector != null && !hosts.isEmpty()) {
      throw CliFailure.usage("-t and --host exclude each other; give one of them");
    }
    if (selector == null && hosts.isEmpty()) {
      throw CliFailure.usage("no target: give -t SELECTOR (all hosts: -t true) or --host HOST");
    }
    if (selector != null && selector.isBlank()) {
      throw CliFailure.usage("-t is empty; for all hosts write -t true");
    }
    hosts = List.copyOf(hosts);
  }

  /**
   * They, each once.
   *
   * @param keys with their sealing keys
   * @throws CliFailure if there is none, or one is unknown
   */
  List<Recipient> resolve(Controller controller, boolean keys) {
    Map<String, Recipient> found = new LinkedHashMap<>();
    if (selector == null) {
      for (String host : hosts) {
        Host one =
            controller.call(() ->
                controller.hosts().getHost(GetHostRequest.newBuilder().setHost(host).build()));
        found.put(one.getId(), Recipient.of(one));
      }
      return List.copyOf(found.values());
    }
    String token = "";
    do {
      ListHostsRequest request =
          ListHostsRequest.newBuilder()
              .setSelector(selector)
              .setPageSize(PAGE)
              .setPageToken(token)
              .setSealingKeys(keys)
              .build();
      ListHostsResponse page = controller.call(() -> controller.hosts().listHosts(request));
      page.getHostsList().forEach(host -> found.put(host.getId(), Recipient.of(host)));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    if (found.isEmpty()) {
      throw CliFailure.usage(
          "-t '"
              + selector
              + "' means no host at the moment; `hostler host list -t SELECTOR` shows what a"
              + " selector means");
    }
    return List.copyOf(found.values());
  }
}
