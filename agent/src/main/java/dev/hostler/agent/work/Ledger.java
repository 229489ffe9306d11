package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.work.RecordCodec.LedgerRecord;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable record of the work this agent accepted. An attempt is in it from before anybody is
 * told that it was accepted until its result was acknowledged; its id stays known as used for as
 * long as a late duplicate could still be taken for new. Thread-safe.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  /** How long an id without an expiry of its own stays known. */
  private static final Duration NO_EXPIRY = Duration.ofDays(1);

  /** Allows for a controller's clock that is behind. */
  private static final Duration SLACK = Duration.ofMinutes(10);

  /** Bounds what used ids cost: at about 150 bytes each, 3 MB. */
  private static final int MAX_USED = 20_000;

  private static final long COMPACT_AT = 256 << 10;

  private final TimeSource time;
  private final int maxUsed;
  private final RecordLog file;
  private final Map<AttemptId, Entry> held = new LinkedHashMap<>();
  private final Map<String, Used> used = new LinkedHashMap<>();
  private long sizeAfterRewrite;

  /**
   * An attempt in the ledger.
   *
   * @param assignment what was asked for
   * @param bootId the kernel's boot id when it was accepted
   * @param result null until it has ended
   */
  public record Entry(Assignment assignment, String bootId, @Nullable AttemptResult result) {}

  private record Used(int highest, Instant until) {}

  private Ledger(RecordLog file, TimeSource time, int maxUsed) {
    this.file = file;
    this.time = time;
    this.maxUsed = maxUsed;
  }

  /**
   * Opens or makes the ledger.
   *
   * @param directory only root can write it; made if absent
   * @throws IOException if it cannot be read or written
   */
  public static Ledger open(Path directory, TimeSource time) throws IOException {
    return open(directory, time, MAX_USED);
  }

  static Ledger open(Path directory, TimeSource time, int maxUsed) throws IOException {
    Files.createDirectories(directory);
    RecordLog.Opened opened = RecordLog.open(directory.resolve("log"));
    Ledger ledger = new Ledger(opened.log(), time, maxUsed);
    for (byte[] record : opened.records()) {
      ledger.replay(record);
    }
    ledger.sizeAfterRewrite = COMPACT_AT / 4;
    ledger.compactIfLarge();
    return ledger;
  }

  private void replay(byte[] bytes) throws IOException {
    switch (RecordCodec.decode(bytes)) {
      case LedgerRecord.Accepted(Assignment assignment, String bootId) ->
          held.put(assignment.id(), new Entry(assignment, bootId, null));
      case LedgerRecord.Ended(AttemptId id, AttemptResult result) ->
          held.computeIfPresent(
              id, (_, entry) -> new Entry(entry.assignment(), entry.bootId(), result));
      case LedgerRecord.Forgotten(AttemptId id, Instant until) -> {
        held.remove(id);
        markUsed(id, until);
      }
    }
  }

  /** The attempts in it, oldest first. */
  public synchronized List<Entry> entries() {
    return List.copyOf(held.values());
  }

  /**
   * Is this attempt, or a later one of its task, already known? Then it must not be run.
   *
   * @return true for a duplicate, or for a message of a try that a later one has replaced
   */
  public synchronized boolean knows(AttemptId id) {
    Used past = used.get(id.taskId());
    if (past != null && id.number() <= past.highest()) {
      return true;
    }
    for (AttemptId other : held.keySet()) {
      if (other.taskId().equals(id.taskId()) && id.number() <= other.number()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Records an attempt, durably: when this returns, it survives a power cut.
   *
   * @throws IOException if it could not be recorded; then it is not in the ledger
   */
  public synchronized void accept(Assignment assignment, String bootId) throws IOException {
    write(new LedgerRecord.Accepted(assignment, bootId), true);
    held.put(assignment.id(), new Entry(assignment, bootId, null));
  }

  /**
   * Records the end of an attempt. A failure to write is logged: the end stays known until the
   * agent stops, and is found again or made up for at the next start.
   *
   * @param durable false where the end can be found again after a power cut, from the sandbox's own
   *     record
   */
  public synchronized void end(AttemptId id, AttemptResult result, boolean durable) {
    Entry entry = held.get(id);
    if (entry == null) {
      return;
    }
    held.put(id, new Entry(entry.assignment(), entry.bootId(), result));
    tryWrite(new LedgerRecord.Ended(id, result), durable);
  }

  /** Removes an attempt whose end was acknowledged; its id stays known as used. */
  public synchronized void forget(AttemptId id) {
    Entry entry = held.remove(id);
    if (entry == null) {
      return;
    }
    Instant expires = entry.assignment().expiresAt();
    Instant until = (expires == null ? time.instant().plus(NO_EXPIRY) : expires).plus(SLACK);
    markUsed(id, until);
    // Need not be durable: a lost one is reported again, and forgotten again.
    tryWrite(new LedgerRecord.Forgotten(id, until), false);
  }

  private void markUsed(AttemptId id, Instant until) {
    Used past = used.remove(id.taskId());
    if (past != null) {
      used.put(
          id.taskId(),
          new Used(
              Math.max(past.highest(), id.number()),
              until.isAfter(past.until()) ? until : past.until()));
    } else {
      used.put(id.taskId(), new Used(id.number(), until));
    }
    if (used.size() > maxUsed) {
      dropPast();
      while (used.size() > maxUsed) {
        used.remove(used.keySet().iterator().next());
      }
    }
  }

  private void dropPast() {
    Instant now = time.instant();
    used.values().removeIf(past -> now.isAfter(past.until()));
  }

  private void tryWrite(LedgerRecord record, boolean durable) {
    try {
      write(record, durable);
    } catch (IOException e) {
      log.error("ledger not written, will be rewritten: {}", e.toString());
    }
  }

  private void write(LedgerRecord record, boolean durable) throws IOException {
    // Before the append: a rewrite holds only what is already in memory.
    if (file.broken()) {
      rewrite();
    } else {
      compactIfLarge();
    }
    file.append(RecordCodec.encode(record), durable);
  }

  private void compactIfLarge() {
    if (file.size() < COMPACT_AT || file.size() < 4 * sizeAfterRewrite) {
      return;
    }
    try {
      rewrite();
    } catch (IOException e) {
      log.warn("ledger not compacted: {}", e.toString());
    }
  }

  private void rewrite() throws IOException {
    dropPast();
    List<byte[]> records = new ArrayList<>();
    used.forEach((task, past) ->
        records.add(
            RecordCodec.encode(
                new LedgerRecord.Forgotten(new AttemptId(task, past.highest()), past.until()))));
    for (Entry entry : held.values()) {
      records.add(
          RecordCodec.encode(new LedgerRecord.Accepted(entry.assignment(), entry.bootId())));
      if (entry.result() != null) {
        records.add(
            RecordCodec.encode(new LedgerRecord.Ended(entry.assignment().id(), entry.result())));
      }
    }
    file.rewrite(records);
    sizeAfterRewrite = file.size();
  }

  /** Sizes, for tests and logs. */
  synchronized Map<String, Long> sizes() {
    Map<String, Long> sizes = new HashMap<>();
    sizes.put("held", (long) held.size());
    sizes.put("used", (long) used.size());
    sizes.put("bytes", file.size());
    return sizes;
  }

  /** The entry of an attempt that is held. */
  synchronized @Nullable Entry entry(AttemptId id) {
    return held.get(id);
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
