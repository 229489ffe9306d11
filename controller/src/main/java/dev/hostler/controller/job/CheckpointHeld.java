package dev.hostler.controller.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a host has of a checkpoint after an attempt that was about it.
 *
 * @param name of the checkpoint
 * @param snapshot the snapshot on the host that it is; empty: the host has none
 * @param takenAt by the host's clock; null if it did not say
 * @param entries how many paths it has
 * @param bytes how much its files come to
 * @param storedBytes how much it added to what the host keeps
 * @param removed did the host forget it because an operator said so?
 */
public record CheckpointHeld(
    String name,
    String snapshot,
    @Nullable Instant takenAt,
    long entries,
    long bytes,
    long storedBytes,
    boolean removed) {}
