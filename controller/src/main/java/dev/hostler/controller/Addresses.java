package dev.hostler.controller;

import dev.hostler.common.config.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Under which addresses a controller is reached. */
final class Addresses {
  private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

  private Addresses() {}

  /** What new agents are told: as configured, else the address listened on, else our own name. */
  static HostPort advertised(ControllerConfig config, int port) {
    return config
        .agentAdvertise()
        .map(address -> address.port() == 0 ? new HostPort(address.host(), port) : address)
        .orElseGet(() ->
            new HostPort(
                EVERYWHERE.contains(config.agentListen().host())
                    ? ownName()
                    : config.agentListen().host(),
                port));
  }

  /** Every name that clients may use; those of the machine itself come on top. */
  static List<String> names(ControllerConfig config) {
    List<String> names = new ArrayList<>(config.trust().names());
    config.agentAdvertise().ifPresent(address -> names.add(address.host()));
    for (HostPort listen : List.of(config.agentListen(), config.operatorListen())) {
      if (!EVERYWHERE.contains(listen.host())) {
        names.add(listen.host());
      }
    }
    return names;
  }

  private static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "localhost";
    }
  }
}
