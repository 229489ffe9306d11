/**
 * {@code hostler checkpoint}: what is known of checkpoints; the jobs about them are with the jobs.
 */
@NullMarked
package dev.hostler.cli.checkpoint;

import org.jspecify.annotations.NullMarked;
