package dev.hostler.agent.sandbox;

/**
 * What came out of one output stream.
 *
 * @param keptBytes in the spool
 * @param droppedBytes past the cap, read and not kept
 */
public record StreamTotal(long keptBytes, long droppedBytes) {}
