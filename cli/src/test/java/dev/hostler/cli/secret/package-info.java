/** Tests. */
@NullMarked
package dev.hostler.cli.secret;

import org.jspecify.annotations.NullMarked;
