"""The fault rig: what the platform promises, shown while its processes are killed, paused and cut off.

``./plenary faults`` starts a platform of its own, has clients use it while faults befall it, and afterwards compares
what the clients were told (the ledger) with what the databases, the topics and the mailbox hold.

====================  ================================================================================================
``platform``          the processes, with a witness among them
``ledger``, ``http``  what clients intended and were told, on disk before it counts
``people``, ``acts``  who the clients are, and what they do
``injector``          kills, pauses and partitions, by name or by a seed
``world``, ``checks`` what came of it, and every difference from what was told, with its history
``scenarios``         the rows of the fault matrix
``report``            the table and the pictures
====================  ================================================================================================
"""
