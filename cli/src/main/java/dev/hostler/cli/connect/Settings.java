package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which controller a command talks to: the environment wins over the context. */
public final class Settings {
  private Settings() {}

  /**
   * Decides.
   *
   * @param environment HOSTLER_CONTEXT, HOSTLER_CONTROLLER, HOSTLER_CA, HOSTLER_CERT, HOSTLER_KEY,
   *     HOSTLER_SIGN_CERT, HOSTLER_SIGN_KEY
   * @param file where contexts are
   * @param name context given on the command line; null: $HOSTLER_CONTEXT, else the one in use
   * @throws CliFailure if something is missing
   */
  public static Context resolve(
      Map<String, String> environment, ConfigFile file, @Nullable String name) {
    String address = environment.getOrDefault("HOSTLER_CONTROLLER", "");
    String ca = environment.getOrDefault("HOSTLER_CA", "");
    String cert = environment.getOrDefault("HOSTLER_CERT", "");
    String key = environment.getOrDefault("HOSTLER_KEY", "");
    String signCert = environment.getOrDefault("HOSTLER_SIGN_CERT", "");
    String signKey = environment.getOrDefault("HOSTLER_SIGN_KEY", "");
    if (signCert.isEmpty() != signKey.isEmpty()) {
      throw CliFailure.usage(
          "only one of HOSTLER_SIGN_CERT and HOSTLER_SIGN_KEY is set; set both or neither");
    }
    if (name == null && !address.isEmpty() && !ca.isEmpty() && !cert.isEmpty() && !key.isEmpty()) {
      return new Context(
          "env",
          address,
          Path.of(ca),
          Path.of(cert),
          Path.of(key),
          Path.of(signCert.isEmpty() ? cert : signCert),
          Path.of(signKey.isEmpty() ? key : signKey));
    }
    Config config = file.read();
    String wanted =
        name != null ? name : environment.getOrDefault("HOSTLER_CONTEXT", config.current());
    if (wanted.isEmpty()) {
      throw CliFailure.usage(
          "no controller is chosen; run `hostler login ADDRESS --ca FILE --cert FILE --key FILE`"
              + (config.contexts().isEmpty() ? "" : ", or `hostler context use NAME`")
              + ", or set HOSTLER_CONTROLLER, HOSTLER_CA, HOSTLER_CERT and HOSTLER_KEY");
    }
    Context stored = config.get(wanted);
    return new Context(
        stored.name(),
        address.isEmpty() ? stored.address() : address,
        ca.isEmpty() ? stored.ca() : Path.of(ca),
        cert.isEmpty() ? stored.cert() : Path.of(cert),
        key.isEmpty() ? stored.key() : Path.of(key),
        Path.of(!signCert.isEmpty() ? signCert : own(stored, true, cert)),
        Path.of(!signKey.isEmpty() ? signKey : own(stored, false, key)));
  }

  /**
   * What the context signs with, where that is what it logs in with, the one it logs in with now.
   */
  private static String own(Context stored, boolean cert, String replaced) {
    boolean same = !stored.signsWithAnother() && !replaced.isEmpty();
    return same ? replaced : (cert ? stored.signCert() : stored.signKey()).toString();
  }
}
