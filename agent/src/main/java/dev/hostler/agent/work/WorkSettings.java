package dev.hostler.agent.work;

/**
 * What this host lets controllers do.
 *
 * @param maxParallel how many attempts it holds at once, at least 1
 * @param commandsAllowed may plain commands run, or only actions of signed bundles?
 */
public record WorkSettings(int maxParallel, boolean commandsAllowed) {}
