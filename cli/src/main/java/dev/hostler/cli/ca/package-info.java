/** {@code hostler ca}: the fleet CA and its replacement. */
@NullMarked
package dev.hostler.cli.ca;

import org.jspecify.annotations.NullMarked;
