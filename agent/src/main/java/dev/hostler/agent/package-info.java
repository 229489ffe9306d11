/** Composition root of this program. */
@NullMarked
package dev.hostler.agent;

import org.jspecify.annotations.NullMarked;
