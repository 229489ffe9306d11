/** What attempts may use, and who says so. */
@NullMarked
package dev.hostler.cli.limits;

import org.jspecify.annotations.NullMarked;
