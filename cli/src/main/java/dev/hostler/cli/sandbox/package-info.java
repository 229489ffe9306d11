/** {@code hostler sandbox}: what actions may do. */
@NullMarked
package dev.hostler.cli.sandbox;

import org.jspecify.annotations.NullMarked;
