package dev.hostler.controller.roots;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.controller.revocation.RevokedParties;
import dev.hostler.controller.roots.BundleReport.Check;
import dev.hostler.controller.roots.BundleReport.Result;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says of bundles what a host that pins the same roots would say, and why. Thread-safe. */
public final class BundleInspector {
  private final TrustedRoots roots;
  private final Revocations revocations;
  private final InstantSource clock;

  /** By these roots and revocations. */
  public BundleInspector(TrustedRoots roots, Revocations revocations, InstantSource clock) {
    this.roots = roots;
    this.revocations = revocations;
    this.clock = clock;
  }

  /** Checks everything about a bundle file. */
  public BundleReport inspect(Path file) {
    List<Check> checks = new ArrayList<>();
    try (BundleFile bundle = BundleFile.open(file)) {
      checks.add(new Check("format", Result.OK, "the outline and the manifest obey the rules"));
      List<X509Certificate> chain = List.of();
      try {
        chain = bundle.signer().chain();
        checks.add(new Check("signature", Result.OK, "it was made over this manifest"));
      } catch (TrustException e) {
        checks.add(failed("signature", e));
      }
      try {
        bundle.checkPayload();
        checks.add(new Check("payload", Result.OK, "every byte is as signed"));
      } catch (TrustException e) {
        checks.add(failed("payload", e));
      }
      if (!chain.isEmpty()) {
        signer(chain, checks);
      }
      standing(bundle.manifestDigestHex(), bundle.manifest().expires(), checks);
      return new BundleReport(
          checks,
          bundle.manifest().name(),
          bundle.manifest().version().toString(),
          bundle.manifestDigestHex(),
          chain);
    } catch (TrustException e) {
      checks.add(failed("format", e));
      return new BundleReport(checks, "", "", "", List.of());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** How a stored bundle stands now; its bytes and its signature were checked at the push. */
  public BundleReport inspect(StoredBundle bundle) {
    List<Check> checks = new ArrayList<>();
    if (bundle.chain().isEmpty()) {
      checks.add(
          new Check(
              "chain", Result.UNKNOWN, "pushed before chains were kept; push the file again"));
      revoked(List.of(bundle.signerFingerprint()), checks);
    } else {
      signer(bundle.chain(), checks);
    }
    standing(bundle.digest(), bundle.expiresAt(), checks);
    return new BundleReport(
        checks, bundle.name(), bundle.version(), bundle.digest(), bundle.chain());
  }

  private static Check failed(String name, TrustException e) {
    return new Check(name, Result.FAILED, e.reason() + ": " + e.getMessage());
  }

  private void signer(List<X509Certificate> chain, List<Check> checks) {
    Instant now = clock.instant();
    Optional<X509Certificate> out =
        chain.stream()
            .filter(one ->
                now.isBefore(one.getNotBefore().toInstant())
                    || now.isAfter(one.getNotAfter().toInstant()))
            .findFirst();
    checks.add(
        out.isEmpty()
            ? new Check(
                "validity", Result.OK, "until " + chain.getFirst().getNotAfter().toInstant())
            : new Check(
                "validity",
                Result.FAILED,
                "the certificate of "
                    + subject(out.get())
                    + " is valid from "
                    + out.get().getNotBefore().toInstant()
                    + " to "
                    + out.get().getNotAfter().toInstant()));
    checks.add(chain(chain, now));
    revoked(chain.stream().map(Fingerprints::sha256).toList(), checks);
  }

  private Check chain(List<X509Certificate> chain, Instant now) {
    List<X509Certificate> known = roots.certificates(TrustedRoot.Kind.BUNDLE);
    if (known.isEmpty()) {
      return new Check(
          "chain",
          Result.UNKNOWN,
          "no bundle root is known here; add those of your hosts with `hostler trust add`");
    }
    try {
      List<X509Certificate> path =
          new ChainValidator(known, KeyPurpose.BUNDLE_SIGNER.oid(), RevocationPolicy.none())
              .validate(chain, now);
      return new Check("chain", Result.OK, "leads to " + subject(path.getLast()));
    } catch (SigningException e) {
      return new Check("chain", Result.FAILED, e.reason() + ": " + e.getMessage());
    }
  }

  private void revoked(List<String> fingerprints, List<Check> checks) {
    RevokedParties revoked = revocations.current();
    Optional<String> found =
        fingerprints.stream().filter(one -> revoked.certificates().contains(one)).findFirst();
    checks.add(
        found.isEmpty()
            ? new Check("revocation", Result.OK, "no certificate of the signer is revoked")
            : new Check(
                "revocation", Result.FAILED, "the certificate " + found.get() + " is revoked"));
  }

  private void standing(String digest, @Nullable Instant expires, List<Check> checks) {
    if (expires != null) {
      checks.add(
          clock.instant().isBefore(expires)
              ? new Check("expiry", Result.OK, "the bundle expires at " + expires)
              : new Check("expiry", Result.FAILED, "the bundle expired at " + expires));
    }
    RevokedParties revoked = revocations.current();
    if (revoked.bundles().contains(digest)) {
      checks.add(new Check("yank", Result.FAILED, "the version is revoked for good"));
    } else if (revoked.yanked().contains(digest)) {
      checks.add(new Check("yank", Result.FAILED, "the version is yanked"));
    } else {
      checks.add(new Check("yank", Result.OK, "the version is not withdrawn"));
    }
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }
}
