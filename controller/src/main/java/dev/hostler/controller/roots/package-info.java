/**
 * Roots that the controller knows, and what it can say of bundles by them; hosts decide by their
 * own.
 */
@NullMarked
package dev.hostler.controller.roots;

import org.jspecify.annotations.NullMarked;
