package dev.hostler.controller.api;

import dev.hostler.proto.v1.Controller;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.GetControllerRequest;
import io.grpc.stub.StreamObserver;

/** The controller itself on the operator port. */
public final class ControllerEndpoint extends ControllerServiceGrpc.ControllerServiceImplBase {
  private final String version;
  private final String agentAddress;

  /**
   * Describes a controller.
   *
   * @param version of the program
   * @param agentAddress "HOST:PORT" where agents connect
   */
  public ControllerEndpoint(String version, String agentAddress) {
    this.version = version;
    this.agentAddress = agentAddress;
  }

  @Override
  public void getController(GetControllerRequest request, StreamObserver<Controller> responses) {
    Unary.answer(
        responses,
        () ->
            Controller.newBuilder()
                .setVersion(version)
                .setOperator(Caller.name())
                .setAgentAddress(agentAddress)
                .build());
  }
}
