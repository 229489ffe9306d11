/** Measures the product on this machine and prints what it saw; asserts nothing. */
@NullMarked
package dev.hostler.lab.bench;

import org.jspecify.annotations.NullMarked;
