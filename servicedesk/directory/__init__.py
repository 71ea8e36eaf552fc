"""The company directory: who may log in, who they are, which groups they are in. Only user of `ldap3`."""
