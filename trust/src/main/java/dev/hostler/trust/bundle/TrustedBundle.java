package dev.hostler.trust.bundle;

import dev.hostler.common.signing.DetachedCms;
import dev.hostler.trust.bundle.TrustException.Reason;
import java.io.IOException;
import java.nio.file.Path;

/** A bundle that this host trusts. Only {@link BundleTrust} makes one. Not thread-safe. */
public final class TrustedBundle {
  private final BundleFile bundle;
  private final DetachedCms.Signer signer;

  TrustedBundle(BundleFile bundle, DetachedCms.Signer signer) {
    this.bundle = bundle;
    this.signer = signer;
  }

  /** What it holds, as its signer says. */
  public Manifest manifest() {
    return bundle.manifest();
  }

  /** Who signed it. */
  public DetachedCms.Signer signer() {
    return signer;
  }

  /**
   * Refuses a bundle that is not made for this machine.
   *
   * @throws TrustException WRONG_PLATFORM
   */
  public void requirePlatform(Platform host) throws TrustException {
    if (!manifest().supports(host)) {
      throw new TrustException(
          Reason.WRONG_PLATFORM,
          "the bundle "
              + bundle.name()
              + " is for "
              + manifest().platforms()
              + ", this is "
              + host);
    }
  }

  /**
   * Writes the payload below a new directory, checking sizes and digests as it goes: files 0644 or
   * 0755, folders 0755. If anything is refused or fails, what was written is removed again. Nothing
   * is flushed to disk: after a power cut files may be there without their bytes, so whoever keeps
   * them unpacks anew after each start of the machine.
   *
   * @param folder must not exist; its parent must be writable by root only
   * @throws IOException if something cannot be read or written
   * @throws TrustException if the payload is not what the manifest declares
   */
  public void unpackTo(Path folder) throws IOException, TrustException {
    new Unpacker(folder).unpack(bundle);
  }
}
