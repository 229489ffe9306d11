package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.signing.KeySource;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.tls.TlsIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** The files of a context, with errors that name the setting. */
final class Credentials {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private Credentials() {}

  /** Who the operator is. */
  static TlsIdentity identity(Context context) {
    List<X509Certificate> chain = certificates("cert", context.cert());
    return new TlsIdentity(key(context.key(), chain.getFirst()), chain);
  }

  /** All certificates of a file; at least one. */
  static List<X509Certificate> certificates(String setting, Path file) {
    try {
      return Pem.certificates(file);
    } catch (SigningException e) {
      throw CliFailure.usage(setting + ": " + e.getMessage());
    } catch (IOException e) {
      throw unreadable(setting, file, e);
    }
  }

  /**
   * The private key of a certificate, by the certificate's algorithm. {@link Pem#privateKey} looks
   * into the key for it by a library that takes longer to load than this command may take.
   */
  private static PrivateKey key(Path file, X509Certificate certificate) {
    if (file.toString().startsWith("pkcs11:")) {
      return onToken(file.toString(), certificate);
    }
    String algorithm = certificate.getPublicKey().getAlgorithm();
    try {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      int begin = text.indexOf(BEGIN);
      int end = text.indexOf(END);
      if (begin < 0 || end < begin) {
        throw CliFailure.usage(
            "key: "
                + file
                + " holds no "
                + BEGIN
                + "; if it is another kind of key file, convert it with openssl pkcs8 -topk8"
                + " -nocrypt");
      }
      byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (IOException e) {
      throw unreadable("key", file, e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw CliFailure.usage(
          "key: "
              + file
              + " holds no "
              + algorithm
              + " key, which is what the certificate is for; give the key that belongs to it ("
              + e.getMessage()
              + ")");
    }
  }

  private static PrivateKey onToken(String uri, X509Certificate certificate) {
    try {
      return KeySource.of(uri).key(certificate);
    } catch (SigningException | IOException e) {
      throw CliFailure.usage("key: " + e.getMessage());
    }
  }

  private static CliFailure unreadable(String setting, Path file, IOException e) {
    return CliFailure.usage(
        setting
            + ": "
            + (e instanceof NoSuchFileException
                ? "there is no file " + file
                : file + " cannot be read: " + e.getMessage()));
  }
}
