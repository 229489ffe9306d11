/** Composition root of this program. */
@NullMarked
package dev.hostler.controller;

import org.jspecify.annotations.NullMarked;
