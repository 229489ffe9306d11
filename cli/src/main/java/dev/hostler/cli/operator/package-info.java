/** The keys of operators. */
@NullMarked
package dev.hostler.cli.operator;

import org.jspecify.annotations.NullMarked;
