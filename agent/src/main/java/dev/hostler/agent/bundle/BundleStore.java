package dev.hostler.agent.bundle;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.agent.trust.TrustState;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.BundleTrust;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.Platform;
import dev.hostler.trust.bundle.TrustException;
import dev.hostler.trust.bundle.TrustedBundle;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the {@link BundleCache}: a bundle appears whole or not at all, after its signature
 * was verified against the roots that are pinned then. The bundle's file is flushed to disk, what
 * is unpacked from it is not: it is unpacked anew after each start of the machine.
 */
final class BundleStore {
  private static final Logger log = LoggerFactory.getLogger(BundleCache.class);
  static final String FILE = "bundle";
  private static final String PAYLOAD = "payload";

  private final Path root;
  private final Path rootsFile;
  private final BundleSource source;
  private final BundleSettings settings;
  private final TrustState trust;
  private final TimeSource time;

  BundleStore(
      Path root,
      Path rootsFile,
      BundleSource source,
      BundleSettings settings,
      TrustState trust,
      TimeSource time) {
    this.root = root;
    this.rootsFile = rootsFile;
    this.source = source;
    this.settings = settings;
    this.trust = trust;
    this.time = time;
  }

  /** Makes the directory, and removes what was not finished. */
  void prepare() throws IOException {
    Files.createDirectories(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(root, "*.unpacking")) {
      for (Path one : unfinished) {
        FileTrees.delete(one);
      }
    }
  }

  /** Where a bundle is, or would be. */
  Path folder(String digest) {
    return root.resolve(digest);
  }

  /** Where a bundle's unpacked files are, or would be. */
  Path payload(String digest) {
    return folder(digest).resolve(PAYLOAD);
  }

  /** Why the signer of a bundle that is kept here is not trusted any more; null if it is. */
  @Nullable String revokedSigner(String digest) {
    try (BundleFile file = open(folder(digest).resolve(FILE))) {
      trusted(file, digest);
    } catch (TrustException e) {
      return e.reason() == TrustException.Reason.SIGNER_REVOKED ? e.getMessage() : null;
    } catch (IOException e) {
      log.warn("bundle {} cannot be looked at again: {}", digest, e.toString());
    }
    return null;
  }

  /**
   * A bundle that is here whole and is trusted now, fetched if need be. At most one call for each
   * digest at a time.
   *
   * @throws RefusedException why it cannot be used
   */
  Manifest provide(String digest, long size) throws RefusedException, InterruptedException {
    try {
      Path folder = folder(digest);
      if (Files.isDirectory(folder)) {
        Manifest manifest = verifyKept(digest, folder);
        if (manifest != null) {
          return manifest;
        }
      }
      Path part = root.resolve(digest + ".part");
      long resumedAt = new BundleFetch(source, settings, time).fetch(digest, size, part);
      try {
        return publish(digest, part, folder);
      } catch (TrustException e) {
        Files.deleteIfExists(part);
        if (resumedAt == 0) {
          throw e;
        }
        log.info("bundle {}: an earlier part did not fit ({}), fetched again", digest, e.reason());
        new BundleFetch(source, settings, time).fetch(digest, size, part);
        return publish(digest, part, folder);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (TrustException e) {
      throw new RefusedException(
          switch (e.reason()) {
            case SIGNER_REVOKED -> Refusal.SIGNER_REVOKED;
            case SIGNER_WRONG_PURPOSE -> Refusal.BUNDLE_SIGNER_WRONG_PURPOSE;
            default -> Refusal.BUNDLE_UNTRUSTED;
          },
          "the bundle is refused (" + e.reason() + "): " + e.getMessage());
    } catch (BundleUnavailableException e) {
      throw new RefusedException(
          Refusal.BUNDLE_UNAVAILABLE, "the bundle cannot be fetched: " + e.getMessage());
    } catch (IOException e) {
      throw new RefusedException(Refusal.EXHAUSTED, "the bundle cannot be kept on this host: " + e);
    }
  }

  /** Null if what is here is not whole: then it is removed. */
  private @Nullable Manifest verifyKept(String digest, Path folder)
      throws IOException, TrustException {
    try (BundleFile file = open(folder.resolve(FILE))) {
      TrustedBundle trusted = trusted(file, digest);
      if (!BootMark.isSet(folder)) {
        unpackAgain(trusted, folder);
      }
      Manifest manifest = trusted.manifest();
      for (Manifest.PayloadFile one : manifest.payload()) {
        Path path = folder.resolve(PAYLOAD).resolve(one.path());
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
            || Files.size(path) != one.size()) {
          throw new IOException(path + " is not as it was unpacked");
        }
      }
      return manifest;
    } catch (IOException e) {
      log.warn("bundle {} is not whole any more, fetched again: {}", digest, e.toString());
      FileTrees.delete(folder);
      return null;
    }
  }

  /** After a start of the machine, from the file, which was flushed; nothing runs of it yet. */
  private static void unpackAgain(TrustedBundle trusted, Path folder) throws IOException {
    Path fresh = folder.resolve(PAYLOAD + ".new");
    FileTrees.delete(fresh);
    try {
      trusted.unpackTo(fresh);
    } catch (TrustException e) {
      throw new IOException(e.getMessage(), e);
    }
    FileTrees.delete(folder.resolve(PAYLOAD));
    Files.move(fresh, folder.resolve(PAYLOAD), StandardCopyOption.ATOMIC_MOVE);
    BootMark.set(folder);
  }

  private Manifest publish(String digest, Path part, Path folder)
      throws IOException, TrustException {
    Path unpacking = root.resolve(digest + ".unpacking");
    FileTrees.delete(unpacking);
    Files.createDirectory(unpacking);
    try (BundleFile file = open(part)) {
      TrustedBundle trusted = trusted(file, digest);
      trusted.unpackTo(unpacking.resolve(PAYLOAD));
      BootMark.set(unpacking);
      Files.move(part, unpacking.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
      FileTrees.sync(unpacking);
      Files.move(unpacking, folder, StandardCopyOption.ATOMIC_MOVE);
      FileTrees.sync(root);
      log.info(
          "bundle {} {} verified and unpacked, signed by {}",
          trusted.manifest().name(),
          trusted.manifest().version(),
          trusted.signer().certificate().getSubjectX500Principal());
      return trusted.manifest();
    } finally {
      FileTrees.delete(unpacking);
    }
  }

  private static BundleFile open(Path path) throws IOException, TrustException {
    try {
      return BundleFile.open(path);
    } catch (RuntimeException e) {
      throw broken(e);
    }
  }

  /** What makes a parser stumble is not a bundle, whatever the parser says. */
  private static TrustException broken(RuntimeException e) {
    return new TrustException(
        TrustException.Reason.MALFORMED, "it is not a well-formed bundle: " + e.getMessage(), e);
  }

  private TrustedBundle trusted(BundleFile file, String digest) throws IOException, TrustException {
    TrustedBundle trusted;
    try {
      trusted =
          new BundleTrust(Pem.certificates(rootsFile), trust.revocation())
              .verify(file, HexFormat.of().parseHex(digest), time.instant());
    } catch (NoSuchFileException _) {
      throw new TrustException(
          TrustException.Reason.SIGNER_UNTRUSTED,
          "this host trusts no bundle signer: put their roots into " + rootsFile);
    } catch (SigningException e) {
      throw new TrustException(
          TrustException.Reason.SIGNER_UNTRUSTED,
          "the pinned roots cannot be read: " + e.getMessage());
    } catch (RuntimeException e) {
      throw broken(e);
    }
    trusted.requirePlatform(Platform.current());
    return trusted;
  }
}
