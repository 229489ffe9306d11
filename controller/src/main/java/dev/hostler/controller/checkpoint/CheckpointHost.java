package dev.hostler.controller.checkpoint;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A host that was to have a checkpoint.
 *
 * @param name of the checkpoint
 * @param hostId which host
 * @param jobId the job whose task says how it is, unless the host has it
 * @param askedBy the operator who asked for it there
 * @param snapshot the snapshot on the host that it is; null: the host has not said that it has one
 * @param takenAt by the host's clock
 * @param entries how many paths it has
 * @param bytes how much its files come to
 * @param storedBytes how much it added to what the host keeps
 */
public record CheckpointHost(
    String name,
    UUID hostId,
    UUID jobId,
    String askedBy,
    @Nullable String snapshot,
    @Nullable Instant takenAt,
    long entries,
    long bytes,
    long storedBytes) {}
