package dev.hostler.controller.bundle;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.Transaction;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.bundle.BundleFile;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.bundle.TrustException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes, lists and hands out bundles. Whether a signer is trusted is for each host to decide; here
 * only the format, the digests and the signature's integrity are checked. Thread-safe.
 */
public final class BundleService {
  /** Most bytes in a stored piece. */
  public static final int PIECE = 256 << 10;

  private final Database database;
  private final BundleStore store = new BundleStore();
  private final AuditStore audit;
  private final Path spool;
  private final long maxSize;
  private final InstantSource clock;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /**
   * Keeps bundles in the database.
   *
   * @param spool an existing folder of our own for uploads; what an earlier run left in it is
   *     removed
   * @param maxSize largest bundle file in bytes
   */
  public BundleService(
      Database database, AuditStore audit, Path spool, long maxSize, InstantSource clock) {
    this.database = database;
    this.audit = audit;
    this.spool = spool;
    this.maxSize = maxSize;
    this.clock = clock;
    try (var left = Files.newDirectoryStream(spool, "push-*.bundle")) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear the bundle spool " + spool, e);
    }
  }

  /** Called after a new bundle was stored. */
  public void onStored(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Begins to take a bundle file.
   *
   * @param size of the whole file in bytes
   * @throws RequestException INVALID if there is no size, EXHAUSTED if it is too large
   */
  public BundleUpload begin(long size) {
    if (size == 0) {
      throw RequestException.invalid("size", 0, "say the size of the file in the first message");
    }
    if (size < 0 || size > maxSize) {
      throw new RequestException(
          RequestException.Kind.EXHAUSTED,
          "size: %s bytes are more than the %d that this controller takes"
              .formatted(Long.toUnsignedString(size), maxSize));
    }
    return new BundleUpload(this, spool, size);
  }

  StoredBundle store(Path file, long size, String operator, Consumer<String> gate) {
    StoredBundle bundle;
    try (BundleFile open = BundleFile.open(file)) {
      List<X509Certificate> chain = open.signer().chain();
      open.checkPayload();
      bundle = describe(open, chain, size, operator);
    } catch (TrustException e) {
      throw new RequestException(
          RequestException.Kind.INVALID, "data: " + e.reason() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
    gate.accept(bundle.name());
    return database.transact(transaction -> store(transaction, file, bundle, operator));
  }

  private StoredBundle describe(
      BundleFile file, List<X509Certificate> chain, long size, String operator) {
    X509Certificate signer = chain.getFirst();
    Manifest manifest = file.manifest();
    try {
      return new StoredBundle(
          file.manifestDigestHex(),
          manifest.name(),
          manifest.version().toString(),
          size,
          new String(manifest.canonicalJson(), StandardCharsets.UTF_8),
          signer.getSubjectX500Principal().getName(),
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(signer.getEncoded())),
          manifest.description(),
          manifest.expires(),
          clock.instant().truncatedTo(ChronoUnit.MICROS),
          operator,
          chain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  private StoredBundle store(
      Transaction transaction, Path file, StoredBundle bundle, String operator) {
    if (!store.insert(transaction, bundle, Precedence.of(bundle.version()))) {
      Optional<StoredBundle> there = store.find(transaction, bundle.name(), bundle.version());
      if (there.isPresent() && there.get().digest().equals(bundle.digest())) {
        return there.get();
      }
      throw new RequestException(
          RequestException.Kind.ALREADY_EXISTS,
          "version: %s %s is there already with the digest %s, this one has %s; give it a new version"
              .formatted(
                  bundle.name(),
                  bundle.version(),
                  there.map(StoredBundle::digest).orElse("unknown"),
                  bundle.digest()));
    }
    try (InputStream in = Files.newInputStream(file)) {
      long offset = 0;
      for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
        store.append(transaction, bundle.digest(), offset, piece);
        offset += piece.length;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
    transaction.afterCommit(() -> listeners.forEach(Runnable::run));
    audit.append(
        transaction,
        Actor.operator(operator),
        "bundle.push",
        "bundle:" + bundle.digest(),
        Map.of("name", bundle.name(), "version", bundle.version(), "signer", bundle.signer()));
    return bundle;
  }

  /**
   * Bundles by name, versions newest first.
   *
   * @param name only this one; empty: all
   * @param afterName only those after this name and {@code afterVersion}; null: from the first
   * @param afterVersion see {@code afterName}
   */
  public List<StoredBundle> list(
      String name, @Nullable String afterName, @Nullable String afterVersion, int limit) {
    String precedence = afterVersion == null ? null : Precedence.of(afterVersion);
    return database.transact(
        transaction -> store.list(transaction, name, afterName, precedence, limit));
  }

  /**
   * A version of a bundle.
   *
   * @param version empty: the newest
   * @throws RequestException NOT_FOUND
   */
  public StoredBundle get(String name, String version) {
    return database.transact(transaction -> {
      Optional<StoredBundle> found = store.find(transaction, name, version);
      if (found.isPresent()) {
        return found.get();
      }
      if (!version.isEmpty() && store.find(transaction, name, "").isPresent()) {
        throw RequestException.notFound(
            "version",
            version,
            "bundle " + name + " has no such version; see `hostler bundle list`");
      }
      throw RequestException.notFound(
          "bundle", name, "there is no such bundle; see `hostler bundle list`");
    });
  }

  /** What a bundle says about itself. */
  public Manifest manifest(StoredBundle bundle) {
    try {
      return Manifest.read(bundle.manifest().getBytes(StandardCharsets.UTF_8));
    } catch (TrustException e) {
      throw new IllegalStateException("the stored manifest of " + bundle.digest() + " is bad", e);
    }
  }

  /**
   * The bytes of a bundle file.
   *
   * @param digest SHA-256 of its manifest in hex
   * @param offset first byte wanted
   * @throws RequestException NOT_FOUND, or OUT_OF_RANGE for an offset past its end
   */
  public BundleContent open(String digest, long offset) {
    if (digest.length() != 64) {
      throw RequestException.invalid("manifest_digest", digest, "give a SHA-256: 32 bytes");
    }
    StoredBundle bundle =
        database
            .transact(transaction -> store.find(transaction, digest))
            .orElseThrow(() ->
                RequestException.notFound(
                    "manifest_digest", digest, "there is no bundle with that digest"));
    if (offset < 0 || offset > bundle.size()) {
      throw new RequestException(
          RequestException.Kind.OUT_OF_RANGE,
          "offset: %s is past the end of the bundle, which has %d bytes"
              .formatted(Long.toUnsignedString(offset), bundle.size()));
    }
    return new BundleContent(database, store, digest, bundle.size(), offset);
  }
}
