"""The embedded run: real MongoDB, Kafka and Envoy as child processes, and the services beside them.

async with Platform(state_dir=Path("..."), port_base=17000) as platform:
    await platform.kill("metering-worker")
"""
