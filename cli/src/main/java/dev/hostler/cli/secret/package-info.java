/** Whose keys secret parameters are sealed to, as far as this operator trusts them. */
@NullMarked
package dev.hostler.cli.secret;

import org.jspecify.annotations.NullMarked;
