package dev.hostler.controller.target;

import java.util.UUID;

/**
 * A host that a job is for.
 *
 * @param hostId its id
 * @param name its name now
 */
public record Target(UUID hostId, String name) {}
