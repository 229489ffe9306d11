/** The hosts of the fleet. */
@NullMarked
package dev.hostler.cli.host;

import org.jspecify.annotations.NullMarked;
