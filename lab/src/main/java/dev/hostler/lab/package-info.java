/** Composition root of this program. */
@NullMarked
package dev.hostler.lab;

import org.jspecify.annotations.NullMarked;
