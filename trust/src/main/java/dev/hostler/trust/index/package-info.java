/**
 * The signed index: which bundle versions are good now, what was revoked, and how fresh that is.
 */
@NullMarked
package dev.hostler.trust.index;

import org.jspecify.annotations.NullMarked;
