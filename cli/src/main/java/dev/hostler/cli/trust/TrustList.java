package dev.hostler.cli.trust;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.ListTrustedCertificatesRequest;
import dev.hostler.proto.v1.TrustKind;
import dev.hostler.proto.v1.TrustedCertificate;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler trust list}. */
@Command(
    name = "list",
    description = "Lists the roots that the controller knows.",
    footer = {
      "",
      "Examples:",
      "  hostler trust list",
      "  hostler trust list --kind bundle -o json"
    })
public final class TrustList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(names = "--kind", paramLabel = "KIND", description = "bundle, operator or index.")
  private String kind = "";

  /** Made by the composition root. */
  public TrustList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ListTrustedCertificatesRequest request =
        ListTrustedCertificatesRequest.newBuilder()
            .setKind(kind.isEmpty() ? TrustKind.TRUST_KIND_UNSPECIFIED : TrustKinds.parse(kind))
            .build();
    try (Controller controller = context.connect(session)) {
      List<TrustedCertificate> roots =
          controller
              .call(() -> controller.trust().listTrustedCertificates(request))
              .getCertificatesList();
      result.list(
          session.console(),
          roots.stream().map(TrustView::json).toList(),
          () -> TrustView.table(roots));
    }
    return 0;
  }
}
