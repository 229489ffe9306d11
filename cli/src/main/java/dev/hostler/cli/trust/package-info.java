/** {@code hostler trust}: roots that the controller knows, and revocation of certificates. */
@NullMarked
package dev.hostler.cli.trust;

import org.jspecify.annotations.NullMarked;
