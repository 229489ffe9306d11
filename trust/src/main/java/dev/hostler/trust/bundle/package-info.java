/** The signed bundle: its manifest, how it is built, signed, verified and unpacked. */
@NullMarked
package dev.hostler.trust.bundle;

import org.jspecify.annotations.NullMarked;
