/**
 * Checkpoints: which are known, which hosts have them and which do not; written with the jobs that
 * make and remove them, as hosts say. Decides nothing for hosts.
 */
@NullMarked
package dev.hostler.controller.checkpoint;

import org.jspecify.annotations.NullMarked;
