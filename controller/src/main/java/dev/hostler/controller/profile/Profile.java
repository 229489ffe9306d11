package dev.hostler.controller.profile;

import java.time.Instant;

/**
 * A named profile.
 *
 * @param name its name
 * @param json in the Docker/OCI form, canonical JSON
 * @param sha256 of {@code json}, 64 lower-case hex digits
 * @param pushedAt when it was pushed
 * @param pushedBy name of the operator who did
 */
public record Profile(String name, String json, String sha256, Instant pushedAt, String pushedBy) {}
