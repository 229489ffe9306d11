/**
 * Rollback points of declared paths, kept on this host. What a JVM cannot do is done by
 * hostler-snapshot.
 */
@NullMarked
package dev.hostler.agent.snapshot;

import org.jspecify.annotations.NullMarked;
