// Published, and so worth nothing.

/** RSA of 2048 bits: of an install. */
export const RSA_KEY = {
  kty: 'RSA',
  n: '8PZqfTmcZnY7x-P-i_vgrq_d1m-IGIHWd30usqK2PdlY-x5cwpxWJ9tUy4TN84Y7eg-rtBuBxrCltO5clvKanGSQm5UF8mkbszuCkZAseAlfOPttVAup4lC9P5pic6tKHsI_c8EvP7Ed_2VEHQudQfUdnAPjqpg464IMEsgcXQFTme6YY5pQP1bOTVDp17EEf-4M9D5jDrqP80a1ZeE2qc_XVGD1KQVxfTqvsj4jefyE28fSDDLSWW0ngvIYEvL5BtfjykZj7pu5U_fnCnNRrsRGyJSjEk9b1SIClVPBWyVhdDwXo8dpPqMOx9FOMlhzVJC26jkhaVSE5gY7WGJTZw',
  e: 'AQAB',
  d: 'A0kdcy2T7Kd0EEVootoZzksFgkyj-fPbRaO7nsyDp9OrWCyp6BYux7QoS-6B1uIKWTG7CAQM9HuQhVgaUujHkTTUT8Mo6L3woqhYN4bB7l_wDeJgiK8IytZBGEKLIFxCOf8MQU0888naYQzYJ0zaq5vaZbHrT13-eLJIZujHPIPd0YdLJfrtzSMgAQpjuHC0KcyrFpcbkAWuna-AbNBUoFgX_HsmaN9MQtCgb_5Xro-1Z90Vlki8VUWHI-WdgkRI2d4IdrERH0k8xYTEXdvTBjHiIMOejLbqs6tEmkS4hdVNAKygITNz_FGDTBE29G4Wj6JJ8tSUasVs5WMACFOLUQ',
  p: '-Nls3ntjmFrOWVo1D4eLppdq312cM4rr7Sxs6uZSWdlqNIbZRnO2SLejM7kgJ5WM3RRiJjOiiQJQV6FGSIU7V0uaeVQLrApE4M-GT-zxY5UemjuyAvJAa8RzzS1EsZEPl9C-tkovrIko5-wGT6SOYI_od0IDrM4PMN9lfpTa-p0',
  q: '9-L5eFW8AXUBinu9iMxT2TitpkjD5DBtYPWbqY8Hj5mKyHrx8Q4XXhQaxI9qhmWNUmUzRcTMwrjTrwiNQohD5x_Ffg_cNRp5wIJ5ngCdQrpN-X63OSTZcEQCWsf2eJAFpFlwp3ah9LSOiJJO_6pGSJGcsOPO3gZEThBQ4a4flNM',
  dp: '6R09CFnMXb_LCBciF68hWmkD-8TEe-BKzL5ONeqXAIZUIGqmhYIGI66rmtt0TMCi2cOrgh_ixbg-LSjuHyd4BHnVdo0N9hcUmQiuyJatNl1N8quzQWFQiePZmz4p2LGMSuqIjVmHuXgvsrr-2oLLwZdt7LIRoULTJjRP7rlhPV0',
  dq: 'x08yMrUMg0dmw8gWbuWLDX7q8GZVSyY869bPIBgmhil4UxW3bpBb7YLQuvZtOj5w0K0Z-qDv2ijt2zBPFA2oOy9qhZ-O-QuelVDTJF1uFHbjtxVRkJq2UfP8yK062VlDkA9x6tQSCEUczWaGKj7oX_TkPb4NWKtFRFcOEUcFkY0',
  qi: 'GqFzuFtLZ6pYQD5Ct-39g_-pPlrM0fCOBU2SaPS3Rvn_nefFXDpbeCYhG_5bineQSZY-vrzb6HfqfxkSBNeyz_KPnU43OrY9vZ05za_t1XwL37JAupTKGZ3A0N9fPwE-LGsuOhLNX3on6xlkzVQGUCDTws8zDJJD-Tv2ww4X77Q',
}

/** P-256: of whoever is encrypted to. */
export const EC_KEY = {
  kty: 'EC',
  x: 'oH2hqah9ryUg8BlVWRKnrzGIv631_hq23G0MRpbTgMA',
  y: 'RD7O6cLkFq4whufh8WLR4SttIVDDdZIIbmPbIuA5Abs',
  crv: 'P-256',
  d: '70xhYi1y1vcp89O1sWQz0YysGE59j98zSVkgovU5QBc',
}

/** P-256: made for one message. A real one is new each time. */
export const EPHEMERAL_KEY = {
  kty: 'EC',
  x: 'JIgpfQCN1ZEax9jZrN0xwD-jB-P02K0V93o0dsBvZko',
  y: 'omaravhG17yPsLl3wVigXuL2TSYIFIkcf1Ha0jic104',
  crv: 'P-256',
  d: '5bN9dEyEuvnF77i0F5WPsYu3x5eMbWPnNt5QB54h2zQ',
}
