/** Bundles: made, signed and verified here, kept by the controller. */
@NullMarked
package dev.hostler.cli.bundle;

import org.jspecify.annotations.NullMarked;
