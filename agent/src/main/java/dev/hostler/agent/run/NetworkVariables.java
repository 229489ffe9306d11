package dev.hostler.agent.run;

import dev.hostler.trust.bundle.Manifest;
import java.util.Map;
import java.util.TreeMap;

/**
 * What tells a program with an allow-list of peers of its proxy. Programs that ignore it come to
 * the same proxy all the same; it spares them a lookup, and denials have names then.
 */
final class NetworkVariables {
  /** The launcher's (network.h). */
  private static final String HTTP = "http://127.0.0.1:3128";

  private static final String OWN = "127.0.0.1,localhost,::1";

  private NetworkVariables() {}

  /** To be changed by the caller. */
  static Map<String, String> of(Manifest.Network network) {
    Map<String, String> variables = new TreeMap<>();
    if (network == Manifest.Network.ALLOW_LIST) {
      variables.put("HTTPS_PROXY", HTTP);
      variables.put("https_proxy", HTTP);
      variables.put("NO_PROXY", OWN);
      variables.put("no_proxy", OWN);
      variables.put("HOSTLER_PROXY", "/run/hostler/network/proxy");
    }
    return variables;
  }
}
