package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;

/** PEM (RFC 7468): certificates, and private keys in unencrypted PKCS#8. Nothing else. */
public final class Pem {
  private static final int MAX_BYTES = 1 << 20;

  private Pem() {}

  /**
   * All certificates of a text, in order; at least one.
   *
   * @param where what to call the text in a message
   * @throws SigningException MALFORMED if there is none, or one cannot be read
   */
  public static List<X509Certificate> certificates(byte[] text, String where)
      throws SigningException {
    List<X509Certificate> found = new ArrayList<>();
    for (PemBlock block : PemBlock.all(text, where)) {
      if (block.label().equals("CERTIFICATE")) {
        found.add(certificate(block.bytes(), where));
      } else if (block.label().contains("PRIVATE KEY")) {
        throw malformed(where + " holds a private key: give the file with the certificates only");
      } else {
        throw malformed(where + " holds '" + block.label() + "': only CERTIFICATE is expected");
      }
    }
    if (found.isEmpty()) {
      throw malformed(where + " holds no certificate: expected -----BEGIN CERTIFICATE-----");
    }
    return List.copyOf(found);
  }

  /**
   * All certificates of a file, in order; at least one.
   *
   * @throws IOException if the file cannot be read
   * @throws SigningException MALFORMED if there is none, or one cannot be read
   */
  public static List<X509Certificate> certificates(Path file) throws IOException, SigningException {
    return certificates(read(file), file.toString());
  }

  /**
   * One certificate from its DER form, with nothing after it.
   *
   * @param where what to call it in a message
   * @throws SigningException MALFORMED if it cannot be read
   */
  public static X509Certificate certificate(byte[] der, String where) throws SigningException {
    try {
      ByteArrayInputStream in = new ByteArrayInputStream(der);
      X509Certificate read =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      if (in.available() > 0) {
        throw malformed(where + " has bytes after a certificate");
      }
      return read;
    } catch (CertificateException | RuntimeException e) {
      // The JDK's reader lets some of the latter out, for example at an empty Ed25519 key.
      throw new SigningException(
          Reason.MALFORMED, where + " holds a broken certificate: " + e.getMessage(), e);
    }
  }

  /**
   * The one private key of a text.
   *
   * @param where what to call the text in a message
   * @throws SigningException MALFORMED if it is not one PKCS#8 key; WEAK_ALGORITHM if its kind is
   *     not accepted
   */
  public static PrivateKey privateKey(byte[] text, String where) throws SigningException {
    List<PemBlock> blocks = PemBlock.all(text, where);
    if (blocks.size() != 1) {
      throw malformed(
          where
              + " holds "
              + blocks.size()
              + " PEM blocks: expected one -----BEGIN PRIVATE KEY-----");
    }
    PemBlock block = blocks.getFirst();
    if (!block.label().equals("PRIVATE KEY")) {
      throw malformed(
          where
              + " holds '"
              + block.label()
              + "': expected an unencrypted PKCS#8 'PRIVATE KEY'; convert it with"
              + " openssl pkcs8 -topk8 -nocrypt");
    }
    try {
      String oid =
          PrivateKeyInfo.getInstance(block.bytes()).getPrivateKeyAlgorithm().getAlgorithm().getId();
      String family =
          switch (oid) {
            case "1.2.840.113549.1.1.1" -> "RSA";
            case "1.2.840.10045.2.1" -> "EC";
            case "1.3.101.112" -> "Ed25519";
            default ->
                throw new SigningException(
                    Reason.WEAK_ALGORITHM,
                    where + " holds a key of kind " + oid + ": use Ed25519, P-256, P-384 or RSA");
          };
      PrivateKey key =
          KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(block.bytes()));
      KeyAlgorithm.of(key);
      return key;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new SigningException(
          Reason.MALFORMED, where + " holds a broken private key: " + e.getMessage(), e);
    }
  }

  /**
   * The one private key of a file.
   *
   * @throws IOException if the file cannot be read
   * @throws SigningException as {@link #privateKey(byte[], String)}
   */
  public static PrivateKey privateKey(Path file) throws IOException, SigningException {
    return privateKey(read(file), file.toString());
  }

  /** Certificates in PEM, one after the other. */
  public static String encode(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        text.append(block("CERTIFICATE", certificate.getEncoded()));
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException("a certificate without an encoding", e);
      }
    }
    return text.toString();
  }

  /** A private key in PEM, PKCS#8, not encrypted. */
  public static String encode(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  /**
   * Writes a private key to a new file that only its owner can read (0600), and flushes it to disk.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file exists: keys are never overwritten
   * @throws IOException if it cannot be written
   */
  public static void writeNewKey(Path file, PrivateKey key) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(encode(key).getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  private static String block(String label, byte[] bytes) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static byte[] read(Path file) throws IOException, SigningException {
    if (Files.size(file) > MAX_BYTES) {
      throw malformed(file + " is larger than 1 MiB: not a PEM file");
    }
    return Files.readAllBytes(file);
  }

  private static SigningException malformed(String message) {
    return new SigningException(Reason.MALFORMED, message);
  }
}
