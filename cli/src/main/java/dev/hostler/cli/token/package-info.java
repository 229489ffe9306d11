/** Join tokens. */
@NullMarked
package dev.hostler.cli.token;

import org.jspecify.annotations.NullMarked;
