/** Composition root of this program. */
@NullMarked
package dev.hostler.cli;

import org.jspecify.annotations.NullMarked;
