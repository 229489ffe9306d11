package dev.hostler.trust.job;

/**
 * The hosts that a job is for, as its statement names them.
 *
 * @param count how many, at least 1
 * @param root Merkle tree hash over their sorted ids, 64 lower-case hex digits; see {@link
 *     TargetTree}
 */
public record Targets(int count, String root) {}
