/** Tests. */
@NullMarked
package dev.hostler.cli.job;

import org.jspecify.annotations.NullMarked;
