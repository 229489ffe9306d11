package dev.hostler.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;

/** A token in software (SoftHSM2), with its state in a folder of the test. */
public final class SoftHsm {
  public static final String PIN = "4711";

  private final Path module;
  private final Path configuration;
  private final Path folder;

  private SoftHsm(Path module, Path configuration, Path folder) {
    this.module = module;
    this.configuration = configuration;
    this.folder = folder;
  }

  /** Skips the test where SoftHSM2 is not installed. Once per JVM: the library reads it once. */
  public static SoftHsm in(Path folder) throws Throwable {
    Path module =
        List.of(
                Path.of("/usr/lib/softhsm/libsofthsm2.so"),
                Path.of("/usr/lib64/softhsm/libsofthsm2.so"))
            .stream()
            .filter(Files::exists)
            .findFirst()
            .orElse(Path.of("/none"));
    assumeTrue(
        Files.exists(module) && Files.isExecutable(Path.of("/usr/bin/softhsm2-util")),
        "skipped: SoftHSM2 is not on this machine (apt-get install softhsm2)");
    Path tokens = Files.createDirectories(folder.resolve("tokens"));
    Path configuration =
        Files.writeString(
            folder.resolve("softhsm2.conf"),
            "directories.tokendir = "
                + tokens
                + "\nobjectstore.backend = file\nlog.level = ERROR\n");
    setenv("SOFTHSM2_CONF", configuration.toString());
    return new SoftHsm(module, configuration, folder);
  }

  /** What the library, which lives in this process, reads; Java itself cannot set it. */
  private static void setenv(String name, String value) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      int status =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().find("setenv").orElseThrow(),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS,
                          ValueLayout.JAVA_INT))
                  .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
      assertThat(status).isZero();
    }
  }

  public Path module() {
    return module;
  }

  public void makeToken(String label) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                "/usr/bin/softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                label,
                "--so-pin",
                "12345678",
                "--pin",
                PIN)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("softhsm.log").toFile());
    builder.environment().put("SOFTHSM2_CONF", configuration.toString());
    assertThat(builder.start().waitFor()).isZero();
  }

  /** Puts a key where nobody gets it out again, and its certificate beside it. */
  public void store(String token, String label, PrivateKey key, X509Certificate certificate)
      throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS11", importer(token));
    store.load(null, PIN.toCharArray());
    store.setKeyEntry(label, key, null, new Certificate[] {certificate});
  }

  private Provider importer(String token) throws IOException {
    long slot =
        Pkcs11Slots.tokens(module).stream()
            .filter(one -> one.label().equals(token))
            .findFirst()
            .orElseThrow()
            .id();
    return Security.getProvider("SunPKCS11")
        .configure(
            """
            --name=import-%s
            library=%s
            slot=%d
            attributes(import, CKO_PRIVATE_KEY, *) = {
              CKA_SENSITIVE = true
              CKA_EXTRACTABLE = false
            }
            """
                .formatted(token, module, slot));
  }
}
