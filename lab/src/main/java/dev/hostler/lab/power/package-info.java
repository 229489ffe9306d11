/**
 * Snapshots on a disk that remembers every write: the power is cut at any moment of their life, and
 * what the host must find then is looked for.
 */
@NullMarked
package dev.hostler.lab.power;

import org.jspecify.annotations.NullMarked;
