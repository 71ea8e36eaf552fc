"""An incident from filing to closing; suggestions before filing; what each resolution teaches."""
