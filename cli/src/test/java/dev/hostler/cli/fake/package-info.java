/** A scripted controller over real TLS, and the certificates for it. */
@NullMarked
package dev.hostler.cli.fake;

import org.jspecify.annotations.NullMarked;
