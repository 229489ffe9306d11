package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.job.VerifiedJob;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Which signed jobs this host took, until they have expired: none is taken twice, also across
 * restarts. What was forgotten because it had expired stays refused should the clock go back. None
 * is forgotten before its time: a host that remembers as many as it can takes no more. Thread-safe.
 */
public final class Nonces implements AutoCloseable {
  private static final int KEY_BYTES = 32;

  /** At about 150 bytes each, 15 MB. */
  private static final int MAX = 100_000;

  private static final long COMPACT_AT = 256 << 10;

  private final RecordLog file;
  private final TimeSource time;
  private final int max;
  private final Map<String, Instant> until = new HashMap<>();

  /** What expired before this was forgotten. */
  private Instant forgotten = Instant.EPOCH;

  private final long compactAt;
  private long sizeAfterRewrite;

  private Nonces(RecordLog file, TimeSource time, int max, long compactAt) {
    this.file = file;
    this.time = time;
    this.max = max;
    this.compactAt = compactAt;
    this.sizeAfterRewrite = compactAt / 4;
  }

  /**
   * Opens or makes the file.
   *
   * @param path in a directory that only root can write; made if absent
   * @throws IOException if it cannot be read or written
   */
  public static Nonces open(Path path, TimeSource time) throws IOException {
    return open(path, time, MAX, COMPACT_AT);
  }

  static Nonces open(Path path, TimeSource time, int max, long compactAt) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    RecordLog.Opened opened = RecordLog.open(path);
    Nonces nonces = new Nonces(opened.log(), time, max, compactAt);
    for (byte[] record : opened.records()) {
      nonces.replay(record);
    }
    return nonces;
  }

  /**
   * What stands for a job here: the same for two jobs of one operator with the same nonce, and no
   * operator can make another's.
   */
  static String key(VerifiedJob job) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(job.operator().name().getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      sha256.update(job.statement().nonce().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Takes a job for one attempt, in memory.
   *
   * @param expires when the job does
   * @throws RefusedException JOB_REPLAYED, or EXHAUSTED if no more can be remembered
   */
  synchronized void claim(String key, Instant expires) throws RefusedException {
    if (until.containsKey(key)) {
      throw new RefusedException(
          Refusal.JOB_REPLAYED,
          "this host took the same signed job before: to run it again, sign it again");
    }
    if (!forgotten.isBefore(expires)) {
      throw new RefusedException(
          Refusal.EXPIRED,
          "it was not to be started after "
              + expires
              + ", and this host's clock has been at "
              + forgotten
              + " before");
    }
    if (until.size() >= max) {
      forget(time.instant());
      if (until.size() >= max) {
        throw new RefusedException(
            Refusal.EXHAUSTED,
            "this host remembers " + max + " jobs that have not expired: it cannot take another");
      }
    }
    until.put(key, expires);
  }

  /** Gives a job back that was claimed and of which nothing was recorded. */
  synchronized void release(String key) {
    until.remove(key);
  }

  /**
   * Remembers a job that was claimed, durably: when this returns, it survives a power cut.
   *
   * @throws IOException if that failed
   */
  synchronized void record(String key, Instant expires) throws IOException {
    until.put(key, expires);
    if (file.broken() || (file.size() >= compactAt && file.size() >= 4 * sizeAfterRewrite)) {
      rewrite();
    } else {
      file.append(encode(key, expires), true);
    }
  }

  /** Has this job been recorded, or claimed? */
  synchronized boolean knows(String key) {
    return until.containsKey(key);
  }

  private void forget(Instant now) {
    if (until.values().removeIf(expires -> !now.isBefore(expires)) && now.isAfter(forgotten)) {
      forgotten = now;
    }
  }

  private void rewrite() throws IOException {
    forget(time.instant());
    List<byte[]> records = new ArrayList<>();
    records.add(encode("", forgotten));
    until.forEach((key, expires) -> records.add(encode(key, expires)));
    file.rewrite(records);
    sizeAfterRewrite = file.size();
  }

  /** An empty key is the time up to which all was forgotten. */
  private static byte[] encode(String key, Instant at) {
    var bytes = new ByteArrayOutputStream(KEY_BYTES + Long.BYTES);
    try (var out = new DataOutputStream(bytes)) {
      out.writeLong(at.getEpochSecond());
      out.write(HexFormat.of().parseHex(key));
    } catch (IOException e) {
      throw new AssertionError("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private void replay(byte[] record) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(record))) {
      Instant at = Instant.ofEpochSecond(in.readLong());
      byte[] key = in.readAllBytes();
      if (key.length == KEY_BYTES) {
        until.put(HexFormat.of().formatHex(key), at);
      } else if (key.length == 0) {
        forgotten = at;
      } else {
        throw new IOException("a remembered job has " + key.length + " bytes");
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
