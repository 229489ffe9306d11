package dev.hostler.agent.work;

/**
 * How much this host takes on.
 *
 * @param maxParallel how many attempts it holds at once, at least 1
 */
public record WorkSettings(int maxParallel) {}
