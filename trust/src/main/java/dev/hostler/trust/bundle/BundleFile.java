package dev.hostler.trust.bundle;

import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * An open bundle file whose outline and manifest obey the rules. Whether it is signed, whole and
 * trusted is asked for separately: a controller calls {@link #signer} and {@link #checkPayload}, a
 * host {@link BundleTrust#verify}. Holds the manifest in memory, never the payload. Not
 * thread-safe.
 */
public final class BundleFile implements Closeable {
  private final FileChannel file;
  private final BundleLayout layout;
  private final Manifest manifest;
  private final byte[] digest;

  private BundleFile(FileChannel file, BundleLayout layout, Manifest manifest) {
    this.file = file;
    this.layout = layout;
    this.manifest = manifest;
    this.digest = PayloadReader.sha256().digest(layout.manifest);
  }

  /**
   * Opens a bundle, signed or not.
   *
   * @throws IOException if the file cannot be read
   * @throws TrustException if it is not a bundle; also when it is cut off anywhere
   */
  public static BundleFile open(Path path) throws IOException, TrustException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      BundleLayout layout = BundleLayout.read(file);
      return new BundleFile(file, layout, ManifestJson.read(layout.manifest));
    } catch (IOException | TrustException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** What it says about itself. */
  public Manifest manifest() {
    return manifest;
  }

  /** SHA-256 of the manifest: the bundle's identity. 32 bytes, a copy. */
  public byte[] manifestDigest() {
    return digest.clone();
  }

  /** {@link #manifestDigest} in lowercase hexadecimal digits. */
  public String manifestDigestHex() {
    return HexFormat.of().formatHex(digest);
  }

  /** Whether it has a signature, good or bad. */
  public boolean isSigned() {
    return layout.signature != null;
  }

  /**
   * Who signed it, by the signature's own account: the signature is verified, the signer's chain is
   * not.
   *
   * @throws TrustException UNSIGNED, SIGNATURE_MALFORMED, SIGNATURE_INVALID or WEAK_ALGORITHM
   */
  public DetachedCms.Signer signer() throws TrustException {
    if (layout.signature == null) {
      throw new TrustException(
          Reason.UNSIGNED,
          "the bundle " + name() + " is not signed: sign it with hostler bundle sign");
    }
    try {
      return DetachedCms.verify(layout.manifest, layout.signature);
    } catch (SigningException e) {
      throw TrustException.of(e);
    }
  }

  /**
   * Reads the whole payload and compares it with the manifest.
   *
   * @throws IOException if the file cannot be read
   * @throws TrustException DIGEST_MISMATCH, PAYLOAD_REFUSED, TRUNCATED, TOO_LARGE or MALFORMED
   */
  public void checkPayload() throws IOException, TrustException {
    readPayload(_ -> OutputStream.nullOutputStream());
  }

  /**
   * Refuses any bundle but the one that was asked for.
   *
   * @param expected SHA-256 of its manifest
   * @throws TrustException WRONG_BUNDLE
   */
  public void requireDigest(byte[] expected) throws TrustException {
    if (!MessageDigest.isEqual(expected, digest)) {
      throw new TrustException(
          Reason.WRONG_BUNDLE,
          "expected the bundle with manifest digest "
              + HexFormat.of().formatHex(expected)
              + ", this is "
              + name()
              + " with "
              + manifestDigestHex());
    }
  }

  String name() {
    return manifest.name() + " " + manifest.version();
  }

  BundleLayout layout() {
    return layout;
  }

  FileChannel channel() {
    return file;
  }

  void readPayload(PayloadReader.Sink sink) throws IOException, TrustException {
    new PayloadReader(file, layout, manifest).read(sink);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
