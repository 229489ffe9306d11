/** Composition root of the operator's command. */
@NullMarked
package dev.hostler.cli;

import org.jspecify.annotations.NullMarked;
