/** Parameters that only the program on the host may read, sealed to the keys of the targets. */
@NullMarked
package dev.hostler.trust.secret;

import org.jspecify.annotations.NullMarked;
