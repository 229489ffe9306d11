/** Talks to controllers: the only package of the agent that knows gRPC and the wire's messages. */
@NullMarked
package dev.hostler.agent.link;

import org.jspecify.annotations.NullMarked;
