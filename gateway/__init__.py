"""The gateway: one Envoy configuration source for the embedded run, compose and Kubernetes.

``render(GatewaySettings(...))`` is all that others need::

    from gateway import GatewaySettings, render

    Path("envoy.yaml").write_text(render(GatewaySettings(port=8080)))
"""

from gateway.bootstrap import bootstrap, render
from gateway.settings import GatewaySettings, Upstream

__all__ = ["GatewaySettings", "Upstream", "bootstrap", "render"]
