package dev.hostler.agent.bundle;

import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A verified bundle that stays on this host until it is closed.
 *
 * @param manifest what the bundle's signer says about it
 * @param payload directory of its unpacked files
 * @param pin keeps it
 */
public record BundleLease(Manifest manifest, Path payload, Pin pin) implements AutoCloseable {
  /**
   * Who signed it: the certificate, and those above it.
   *
   * @throws IOException if the bundle's file cannot be read
   */
  public List<X509Certificate> signer() throws IOException {
    try (BundleFile file = BundleFile.open(payload.resolveSibling(BundleStore.FILE))) {
      return file.signer().chain();
    } catch (TrustException e) {
      throw new IOException(e.getMessage(), e); // it was verified when it was leased
    }
  }

  @Override
  public void close() {
    pin.close();
  }
}
